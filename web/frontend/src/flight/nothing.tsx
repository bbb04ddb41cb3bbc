import { Icon } from '../ui/Icon';

/** A panel that has nothing to show says why. */
export function Nothing({ icon, text }: { icon: string; text: string }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{text}</p>
    </div>
  );
}
