/* What a drone's camera sees of the ground, which is taken for level. */
import type { Feature, FeatureCollection } from 'geojson';
import type { Map as MapLibreMap } from 'maplibre-gl';

import type { LiveVehicle, Position, VehicleCamera } from '../generated';
import { lonLat, moved } from '../map/geo';
import { NOTHING } from '../map/ground';
import { setData } from '../map/map';
import { screenScale } from '../map/screen';
import { token } from '../ui/theme';
import { placeOf } from './estimates';
import type { LiveFleet } from './fleet';

const SOURCE = 'camera-view';
const RADIANS = Math.PI / 180;
/** A view that reaches the horizon is drawn as far as this. */
const FARTHEST_M = 1500;

/** The four corners on the ground, m east and north of the drone, of a camera `height_m` above it. */
export function footprint(height_m: number, pitch_deg: number, yaw_deg: number, [across, up]: readonly [number, number]): [number, number][] {
  const [sinP, cosP] = [Math.sin(pitch_deg * RADIANS), Math.cos(pitch_deg * RADIANS)];
  const [sinY, cosY] = [Math.sin(yaw_deg * RADIANS), Math.cos(yaw_deg * RADIANS)];
  const [right, high] = [Math.tan((across / 2) * RADIANS), Math.tan((up / 2) * RADIANS)];
  const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]] as const;
  return corners.map(([x, y]) => {
    const ahead = cosP - y * high * sinP;
    const down = -(sinP + y * high * cosP);
    const aside = x * right;
    const flat = Math.hypot(ahead, aside);
    const reach = down <= 0 ? FARTHEST_M : Math.min(FARTHEST_M, (flat * height_m) / down);
    const scale = flat === 0 ? 0 : reach / flat;
    return [(ahead * sinY + aside * cosY) * scale, (ahead * cosY - aside * sinY) * scale];
  });
}

/** On the ground; null where it does not look down, or where it looks is not known. */
function view(state: LiveVehicle, camera: VehicleCamera): Position[] | null {
  const [here, height] = [placeOf(state), state.height_ground_m ?? state.height_home_m];
  const { camera_pitch_deg: pitch, camera_yaw_deg: yaw } = state;
  if (!here || !camera.view_deg || pitch === null || yaw === null || height === null || height <= 0) return null;
  if (pitch - camera.view_deg[1] / 2 >= 0) return null;
  return footprint(height, pitch, yaw, camera.view_deg).map(([east, north]) => moved(here, east, north));
}

/** Call it when the style is ready, before drones. */
export function addCameraLayers(map: MapLibreMap): void {
  setData(map, SOURCE, NOTHING);
  map.addLayer({ id: 'camera-view-fill', type: 'fill', source: SOURCE, paint: { 'fill-color': token('select'), 'fill-opacity': 0.12 } });
  map.addLayer({
    id: 'camera-view-line',
    type: 'line',
    source: SOURCE,
    paint: { 'line-color': token('select'), 'line-width': 1.25 * screenScale(), 'line-opacity': 0.7 },
  });
}

export function drawCameras(map: MapLibreMap, fleet: LiveFleet, cameras: readonly VehicleCamera[]): void {
  if (!map.getSource(SOURCE)) return;
  const features = cameras.flatMap((camera): Feature[] => {
    const state = fleet.tracks.get(camera.vehicle)?.state;
    const ring = state && view(state, camera);
    if (!ring) return [];
    return [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)].map(lonLat)] } }];
  });
  setData(map, SOURCE, { type: 'FeatureCollection', features } satisfies FeatureCollection);
}
