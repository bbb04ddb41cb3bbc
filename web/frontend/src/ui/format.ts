/* Numbers as a pilot reads them. Unknown is an en dash, never 0. */

export const UNKNOWN = '–';

export function metres(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  if (Math.abs(value) >= 10_000) return `${(value / 1000).toFixed(1)} km`;
  if (Math.abs(value) >= 1000) return `${(value / 1000).toFixed(2)} km`;
  return `${Math.round(value)} m`;
}

/** A sign that is a minus and not a hyphen; no "−0". */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text.replace('-', '−');
}

export function quantity(value: number | null | undefined, digits: number, unit: string): string {
  return value === null || value === undefined ? UNKNOWN : `${fixed(value, digits)} ${unit}`;
}

export function speed(value: number | null | undefined, digits = 1): string {
  return quantity(value, digits, 'm/s');
}

export function degrees(value: number | null, digits: number): string {
  return value === null ? UNKNOWN : `${fixed(value, digits)}°`;
}

/** 0…359 as three digits, the way a bearing is said. */
export function bearing(value: number | null): string {
  return value === null ? UNKNOWN : `${String(((Math.round(value) % 360) + 360) % 360).padStart(3, '0')}°`;
}

/** `12:05`, with hours only when there are any. */
export function clock(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return UNKNOWN;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : `${Math.round(value)} %`;
}

/** UTC, as everything recorded is: `22 Nov 07:15:30Z`. */
export function instant(value: string | Date | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  const at = new Date(value);
  const day = at.toLocaleDateString('en-GB', { day: '2-digit', month: 'short', timeZone: 'UTC' });
  return `${day} ${at.toISOString().slice(11, 19)}Z`;
}
