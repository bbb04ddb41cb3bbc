export function Icon({ name }: { name: string }) {
  return <span class={`icon icon-${name}`} aria-hidden="true" />;
}
