/* Maps are drawn in pixels, the page in rem: on a wall the stylesheet makes the rem larger, and maps follow. */

export function screenScale(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}
