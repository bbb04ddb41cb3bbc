/* `/flights`: the list comes from the server and is painted before its map starts. At once both would come later. */
import './flights.css';

requestAnimationFrame(() => setTimeout(() => void import('./flights-map')));
