/** Owns the page of a form: fields with labels, help and mistakes, without any script. Does not check values. */
import { attribute, Html, html } from '../http/html.ts';
import type { FormField, FormSettings } from './settings.ts';

/** What stands in the fields, and what is wrong with it, by name. */
export interface FormState {
  values: ReadonlyMap<string, readonly string[]>;
  wrong: ReadonlyMap<string, string>;
  /** The same for every sending of this page. */
  once: string;
}

/** Name of the field that tells a second sending of the same page from another one. */
export const ONCE = '$once';

export function formPage(form: FormSettings, state: FormState): Html {
  const files = form.fields.some((field) => field.type === 'file');
  const shown = form.fields.filter((field) => field.type !== 'hidden');
  const mistakes = shown.flatMap((field, i) => {
    const message = state.wrong.get(field.name);
    return message === undefined ? [] : [html`<li><a href="#f${i}">${labelOf(field)}</a>: ${message}</li>`];
  });
  return html`<h1>${form.title}</h1>
${form.description === undefined ? null : html`<p>${form.description}</p>`}
${mistakes.length === 0 ? null : html`<div class="summary" role="alert">Please correct:<ul>${mistakes}</ul></div>`}
<form method="post"${attribute('enctype', files ? 'multipart/form-data' : undefined)} novalidate>
<input type="hidden" name="${ONCE}" value="${state.once}">
${shown.map((field, i) => fieldHtml(field, `f${i}`, state))}
<div class="buttons"><button type="submit">${form.button}</button></div>
</form>`;
}

const labelOf = (field: FormField): string => field.label ?? field.name;

function fieldHtml(field: FormField, id: string, state: FormState): Html {
  const wrong = state.wrong.get(field.name);
  const notes = [field.help === undefined ? '' : `${id}-help`, wrong === undefined ? '' : `${id}-wrong`];
  const describedBy = notes.filter((note) => note !== '').join(' ');
  const about = html`${attribute('aria-describedby', describedBy === '' ? undefined : describedBy)}${attribute('aria-invalid', wrong === undefined ? undefined : 'true')}`;
  const after = html`${field.help === undefined ? null : html`<div class="help" id="${id}-help">${field.help}</div>`}${
    wrong === undefined ? null : html`<div class="wrong" id="${id}-wrong">${wrong}</div>`
  }`;
  const mark = field.required ? ' (required)' : '';
  const values = state.values.get(field.name) ?? startOf(field);
  if (field.type === 'multi-select') {
    const choices = field.options.map(
      (option) =>
        html`<label class="choice"><input type="checkbox" name="${field.name}" value="${option}"${attribute('checked', values.includes(option))}>${option}</label>`,
    );
    return html`<fieldset class="field" id="${id}"${about}><legend>${labelOf(field)}${mark}</legend>${choices}${after}</fieldset>\n`;
  }
  if (field.type === 'checkbox') {
    return html`<div class="field"><label class="choice"><input type="checkbox" id="${id}" name="${field.name}" value="on"${attribute('checked', values[0] === 'on')}${about}>${labelOf(field)}${mark}</label>${after}</div>\n`;
  }
  return html`<div class="field"><label for="${id}">${labelOf(field)}${mark}</label>${control(field, id, values, about)}${after}</div>\n`;
}

function control(field: FormField, id: string, values: readonly string[], about: Html): Html {
  const common = html` id="${id}" name="${field.name}"${attribute('required', field.required)}${attribute('placeholder', field.placeholder)}${about}`;
  const value = values[0] ?? '';
  switch (field.type) {
    case 'textarea':
      // A line break right after the tag belongs to the tag.
      return html`<textarea rows="5"${attribute('maxlength', field.maxLength)}${common}>
${value}</textarea>`;
    case 'select': {
      const options = field.options.map(
        (option) => html`<option value="${option}"${attribute('selected', option === value)}>${option}</option>`,
      );
      return html`<select${common}><option value="">${field.placeholder ?? 'Choose'}</option>${options}</select>`;
    }
    case 'file':
      return html`<input type="file"${attribute('multiple', field.multiple)}${attribute('accept', field.accept)}${common}>`;
    case 'number':
    case 'date':
      return html`<input type="${field.type}"${field.type === 'number' ? new Html(' step="any"') : null}${attribute('min', field.min)}${attribute('max', field.max)}${attribute('value', value)}${common}>`;
    case 'password':
      return html`<input type="password" autocomplete="off"${attribute('maxlength', field.maxLength)}${common}>`;
    default:
      return html`<input type="${field.type}"${attribute('maxlength', field.maxLength)}${attribute('value', value)}${common}>`;
  }
}

/** What a field holds on a fresh page. */
function startOf(field: FormField): readonly string[] {
  const given: unknown = field.default;
  if (given === undefined || given === null) return [];
  if (field.type === 'checkbox') return given === true ? ['on'] : [];
  if (Array.isArray(given)) return given.map(String);
  return typeof given === 'object' ? [] : [String(given)];
}
