/* On every page: the style, the theme switch, and a word from the server as a toast. */
import '../style/tokens.css';
import '../style/base.css';
import '../style/icons.css';
import '../style/shell.css';
import '../style/controls.css';
import '../style/content.css';
import { followTheme, switchTheme } from '../ui/theme';
import { toast, type Tone } from '../ui/toast';
import { tellOffers } from './offers';

followTheme();

for (const button of document.querySelectorAll<HTMLElement>('[data-action="theme"]')) {
  button.addEventListener('click', switchTheme);
}

/** `<template data-toast="ok">Saved.</template>`: how a rendered page says that its form was taken. */
for (const message of document.querySelectorAll<HTMLTemplateElement>('template[data-toast]')) {
  toast((message.content.textContent ?? '').trim(), message.dataset['toast'] as Tone);
}

/* On a telephone the rail is a row that scrolls. */
document.querySelector('.rail-link[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

for (const link of document.querySelectorAll<HTMLElement>('[data-offers]')) tellOffers(link);

/** `<a download data-once="Handed out.">`: there is no second time, so its words take its place once it is pressed. */
for (const link of document.querySelectorAll<HTMLElement>('[data-once]')) {
  link.addEventListener('click', () => setTimeout(() => link.replaceWith(link.dataset['once'] ?? '')));
}

/** `<form data-confirm="Disable this user?">` asks before it is sent. */
document.addEventListener('submit', (event) => {
  const question = (event.target as HTMLElement).dataset['confirm'];
  if (question !== undefined && !window.confirm(question)) event.preventDefault();
});
