/** Owns copying to the clipboard, and saying so: nothing on the screen shows it otherwise. */
import { toast } from './toast.tsx';

/** `what` as the beginning of a sentence: "The link". */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(`${what} is in the clipboard.`);
  } catch {
    toast(`${what} could not be copied: the browser does not allow it on this page.`);
  }
}
