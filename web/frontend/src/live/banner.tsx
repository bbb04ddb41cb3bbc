/* A band across the page: what is not as it should be, and what that means. */
import type { ComponentChildren } from 'preact';

/** `since` grows, and is no news each time that it does. */
export function Banner(props: { tone: 'warn' | 'crit'; title: string; since?: string; testid?: string; children: ComponentChildren }) {
  const { tone, title, since, testid = 'bus-banner', children } = props;
  return (
    <div class={`live-banner live-banner-${tone}`} role="alert" data-testid={testid}>
      <span class={`icon ${tone === 'crit' ? 'icon-error' : 'icon-warning'}`} aria-hidden="true" />
      <strong>
        {title}
        {since && <span aria-hidden="true"> · {since}</span>}
      </strong>
      <span>{children}</span>
    </div>
  );
}
