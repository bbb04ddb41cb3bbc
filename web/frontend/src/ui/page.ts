/* What the server put into the page: `<script id="page" type="application/json">`. */

export function pageData<Page>(): Page {
  const script = document.getElementById('page');
  if (!script?.textContent) throw new Error('the page carries no <script id="page">');
  return JSON.parse(script.textContent) as Page;
}

/** The element a map page draws itself into. */
export function mountPoint(): HTMLElement {
  const element = document.getElementById('app');
  if (!element) throw new Error('the page carries no element #app');
  return element;
}
