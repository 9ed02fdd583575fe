import type { Template } from './ast.ts';
import { executeTemplate } from './execute.ts';
import type { TemplateContext } from './functions/function.ts';
import { functions, refusal } from './functions/index.ts';
import { parseTemplate } from './parser.ts';
import type { GoValue } from './values.ts';

/**
 * The text that a template of Go's text/template with sprig's functions makes of `data`. Throws a SluiceError
 * NOTIFICATION_TEMPLATE_INVALID that says the line and what is wrong.
 */
export function renderTemplate(source: string, data: GoValue, context: TemplateContext): string {
  return executeTemplate(readTemplate(source), data, functions, context);
}

/** Reads a template without running it: what is wrong with it whatever the data. */
export function readTemplate(source: string): Template {
  return parseTemplate(source, refusal);
}
