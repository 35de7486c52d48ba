/** Owns starting a run from the editor: saves first, so that what runs is what is seen; its input is remembered here. */
import { create } from 'zustand';
import { call, messageOf, queryClient } from '../../app/api.ts';
import { toast } from '../../ui/toast.tsx';
import { documentOf, save } from '../document/store.ts';
import { setView } from '../canvas/view.ts';

interface Inputs {
  /** By workflow: JSON text, as it was typed. */
  texts: Readonly<Record<string, string>>;
  /** What the button says of it: the name of a file, "3 fields". */
  names: Readonly<Record<string, string>>;
  starting: string | null;
  /** The workflow whose input is being asked for: its panel is open. */
  asked: string | null;
}

export const useInputs = create<Inputs>(() => ({ texts: {}, names: {}, starting: null, asked: null }));

export function setInput(workflow: string, text: string, name = ''): void {
  useInputs.setState(({ texts, names }) => ({
    texts: { ...texts, [workflow]: text },
    names: { ...names, [workflow]: name },
  }));
}

type Declared = Readonly<Record<string, { required?: boolean; default?: unknown }>>;

/** Inputs without which no run begins. */
export const neededOf = (declared: Declared | undefined): string[] =>
  Object.entries(declared ?? {}).flatMap(([name, one]) =>
    one.required === true && one.default === undefined ? [name] : [],
  );

export async function startRun(workflow: string, { upTo }: { upTo?: string | undefined } = {}): Promise<void> {
  if (useInputs.getState().starting !== null) return;
  const text = useInputs.getState().texts[workflow]?.trim() ?? '';
  if (text === '' && neededOf(documentOf(workflow).definition.inputs).length > 0) {
    useInputs.setState({ asked: workflow });
    return;
  }
  let input: unknown;
  try {
    input = text === '' ? undefined : JSON.parse(text);
  } catch {
    toast('The input is not valid JSON.');
    return;
  }
  useInputs.setState({ starting: workflow });
  try {
    if (!(await save(workflow)) && documentOf(workflow).trouble !== null) {
      toast(documentOf(workflow).trouble ?? '');
      return;
    }
    const given = input === undefined ? {} : Array.isArray(input) ? { items: input as unknown[] } : { input };
    const { id } = await call('POST /workflows/{id}/runs', {
      params: { id: workflow },
      body: { ...given, mode: 'async', ...(upTo === undefined ? {} : { upTo }) },
    });
    setView({ run: id, facts: new Map(), steps: new Map() });
    await queryClient.invalidateQueries({ queryKey: ['GET /runs'] });
  } catch (error) {
    toast(messageOf(error));
  } finally {
    useInputs.setState({ starting: null });
  }
}
