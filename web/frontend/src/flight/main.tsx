import { createMap } from '../map/map';
import { mountPoint } from '../ui/page';

createMap(mountPoint(), { style_url: null, pmtiles_url: null, layers: [] });
