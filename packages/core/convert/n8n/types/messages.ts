/**
 * Owns the mappings of nodes that send messages: Slack, Discord, Telegram. What the service answers is the item, as
 * in n8n. Operations that are not listed are named before a run.
 */
import type { Json } from '../../../model/item.ts';
import { parameter, raw, value, type Mapped, type Mapping, type N8nNode, type Report } from '../node.ts';
import { flag } from './data-values.ts';
import { secretOf } from './credentials.ts';
import { entryOf } from './options.ts';

type With = { [name: string]: Json };

function refuse(node: N8nNode, report: Report): null {
  const [resource, operation] = [raw(node, 'resource', 'message'), raw(node, 'operation', '')];
  const name = [resource, operation]
    .map(String)
    .filter((text) => text !== '')
    .join(': ');
  report.unsupported(`the operation ${name} is not supported; use an HTTP Request.`, 'operation');
  return null;
}

/** The value of a resource locator, or the plain one. */
export function located(node: N8nNode, path: string): Json {
  const given = raw(node, path, '');
  return given !== null && typeof given === 'object' && !Array.isArray(given) ? value(given.value ?? '') : value(given);
}

const filled = (values: With): With => Object.fromEntries(Object.entries(values).filter(([, one]) => one !== ''));

export const slack: Mapping = (node, report): Mapped | null => {
  if (raw(node, 'resource', 'message') !== 'message') return refuse(node, report);
  const operation = raw(node, 'operation', 'post');
  const types: Readonly<Record<string, string>> = { post: 'send', update: 'update', delete: 'delete' };
  const native = entryOf(types, operation);
  if (native === undefined || raw(node, 'messageType', 'text') === 'attachment') return refuse(node, report);
  const oauth = raw(node, 'authentication', 'accessToken') === 'oAuth2';
  const user = raw(node, 'select', 'channel') === 'user';
  const channel = located(node, user ? 'user' : 'channelId') || located(node, 'channel');
  const blocks = raw(node, 'messageType', 'text') === 'block' ? parameter(node, 'blocksUi', '') : '';
  const list = blocksOf(blocks);
  if (list === undefined) {
    report.unsupported('blocks by an expression are not supported.', 'blocksUi');
    return null;
  }
  if (native === 'send' && flag(node, report, 'otherOptions.includeLinkToWorkflow', true) === true) {
    report.differs('no line about n8n is added to the text.', 'otherOptions.includeLinkToWorkflow');
  }
  return {
    type: 'slack',
    with: {
      operation: native,
      secret: secretOf(node, oauth ? 'slackOAuth2Api' : 'slackApi'),
      answer: 'whole',
      ...filled({
        channel,
        text: native === 'delete' ? '' : parameter(node, 'text', ''),
        thread: parameter(node, 'otherOptions.thread_ts.replyValues.thread_ts', ''),
        timestamp: native === 'send' ? '' : parameter(node, native === 'update' ? 'ts' : 'timestamp', ''),
      }),
      ...(list === null ? {} : { blocks: list }),
    },
  };
};

/** Null: none. Undefined: they are known in a run only. */
function blocksOf(json: Json): Json | undefined {
  if (json === '') return null;
  const read = (): Json => (typeof json === 'string' ? (JSON.parse(json) as Json) : json);
  try {
    const found = read();
    if (Array.isArray(found)) return found;
    return found !== null && typeof found === 'object' ? (found.blocks ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

export const telegram: Mapping = (node, report): Mapped | null => {
  if (raw(node, 'resource', 'message') !== 'message') return refuse(node, report);
  const operation = raw(node, 'operation', 'sendMessage');
  const shared: With = {
    secret: secretOf(node, 'telegramApi'),
    answer: 'whole',
    chat: parameter(node, 'chatId', ''),
    ...(flag(node, report, 'additionalFields.disable_notification') === true ? { silent: true } : {}),
  };
  const thread = raw(node, 'additionalFields.message_thread_id', null);
  if (thread !== null) shared.thread = value(thread);
  const replyTo = raw(node, 'additionalFields.reply_to_message_id', null);
  if (replyTo !== null && replyTo !== 0) shared.replyTo = value(replyTo);
  const mode = raw(node, 'additionalFields.parse_mode', operation === 'sendMessage' ? 'Markdown' : '');
  if (mode === 'Markdown')
    report.differs('the old Markdown of Telegram is sent as plain text.', 'additionalFields.parse_mode');
  const format = mode === 'HTML' || mode === 'MarkdownV2' ? mode : 'plain';
  const kinds: Readonly<Record<string, string>> = {
    sendDocument: 'document',
    sendPhoto: 'photo',
    sendAudio: 'audio',
    sendVideo: 'video',
  };
  if (operation === 'sendMessage') {
    if (flag(node, report, 'additionalFields.appendAttribution', true) === true) {
      report.differs('no line about n8n is added to the text.', 'additionalFields.appendAttribution');
    }
    const preview = flag(node, report, 'additionalFields.disable_web_page_preview') !== true;
    return {
      type: 'telegram',
      with: { operation: 'send', ...shared, format, preview, text: parameter(node, 'text', '') },
    };
  }
  if (operation === 'deleteMessage') {
    return { type: 'telegram', with: { operation: 'delete', ...shared, message: parameter(node, 'messageId', '') } };
  }
  if (operation === 'editMessageText' && raw(node, 'messageType', 'message') === 'message') {
    return {
      type: 'telegram',
      with: {
        operation: 'edit',
        ...shared,
        format,
        message: parameter(node, 'messageId', ''),
        text: parameter(node, 'text', ''),
      },
    };
  }
  const kind = entryOf(kinds, operation);
  if (kind === undefined || flag(node, report, 'binaryData') !== true) return refuse(node, report);
  return {
    type: 'telegram',
    with: {
      operation: 'sendFile',
      ...shared,
      format,
      kind,
      file: { itemFile: parameter(node, 'binaryPropertyName', 'data') },
      text: parameter(node, 'additionalFields.caption', ''),
    },
  };
};

export const discord: Mapping = (node, report): Mapped | null => {
  const text = parameter(node, node.typeVersion < 2 ? 'text' : 'content', '');
  const embeds = raw(node, 'embeds.values', []);
  const attached = raw(node, 'files.values', []);
  if (Array.isArray(embeds) && embeds.length > 0) {
    report.unsupported('embeds are not converted; send them with an HTTP Request.', 'embeds');
    return null;
  }
  const files = (Array.isArray(attached) ? attached : []).map((row) => ({
    itemFile: value(
      (row !== null && typeof row === 'object' && !Array.isArray(row) ? row.inputFieldName : null) ?? 'data',
    ),
  }));
  const shared: With = { text, answer: 'whole', ...(files.length === 0 ? {} : { files }) };
  if (node.typeVersion < 2) {
    report.unsupported('the address of the webhook belongs into a secret. Update the node to version 2.', 'webhookUri');
    return null;
  }
  if (raw(node, 'authentication', 'botToken') === 'webhook') {
    return { type: 'discord', with: { operation: 'webhook', secret: secretOf(node, 'discordWebhookApi'), ...shared } };
  }
  const send = raw(node, 'resource', 'channel') === 'message' && raw(node, 'operation', 'send') === 'send';
  if (!send || raw(node, 'sendTo', 'channel') !== 'channel') return refuse(node, report);
  return {
    type: 'discord',
    with: {
      operation: 'send',
      secret: secretOf(node, 'discordBotApi'),
      channel: located(node, 'channelId'),
      ...shared,
    },
  };
};
