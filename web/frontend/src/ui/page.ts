/* What the server put into the page: `<script id="page" type="application/json">`. */

import { setNames } from './people';

export function pageData<Page extends object>(): Page {
  const script = document.getElementById('page');
  if (!script?.textContent) throw new Error('the page carries no <script id="page">');
  const page = JSON.parse(script.textContent) as Page & { readonly names?: Readonly<Record<string, string>> };
  setNames(page.names ?? {});
  return page;
}

/** The element a page draws itself into.
 *
 * Preact moves elements by `moveBefore` where there is one; Chromium 156 then keeps the style of a class that changes in
 * the same turn: in the list a drone that was heard again looked unheard.
 */
export function mountPoint(): HTMLElement {
  delete (Element.prototype as { moveBefore?: unknown }).moveBefore;
  const element = document.getElementById('app');
  if (!element) throw new Error('the page carries no element #app');
  return element;
}
