/* `/flights`: the list comes from the server and is painted before its map starts. At once both would come later. On a
   telephone the map is folded away with the search, and starts when it is unfolded. */
import './flights.css';

const ground = document.getElementById('flights-map');
const seen = new IntersectionObserver((entries) => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
  seen.disconnect();
  setTimeout(() => void import('./flights-map'));
});
if (ground) seen.observe(ground);
