/**
 * Owns what can be done with the whole run: share, download, pause, resume, cancel, re-run what failed. Pausing and
 * re-running do not ask; cancelling asks once, with what stays and what is stopped.
 */
import { addressOf } from '@rondo/api/client.ts';
import type { Loop, Run } from '@rondo/api/schemas/run.ts';
import { hasEnded } from '@rondo/core/ports.ts';
import { Download, Link2, Pause, Play, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { call, keyOf, messageOf, queryClient } from '../app/api.ts';
import { useKeys } from '../app/keys.ts';
import { useMay } from '../app/session.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { copyText } from '../ui/copy.ts';
import { count } from '../ui/format.ts';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx';
import { toast } from '../ui/toast.tsx';
import { filterOf, isFiltered, type RunQuery } from './address.ts';
import { ask } from './ask.tsx';
import type { Rerun } from './rerun.ts';

export interface ControlsProps {
  run: Run;
  loop: Loop | null;
  query: RunQuery;
  rerun: Rerun;
  /** Without the keys on the buttons: there is no room. */
  compact: boolean;
}

export const isOver = ({ status }: Pick<Run, 'status'>): boolean => hasEnded(status);

type Control = 'pause' | 'resume' | 'cancel';

export function Controls({ run, loop, query, rerun, compact }: ControlsProps) {
  const may = useMay('run:start');
  const [busy, setBusy] = useState(false);
  const unless = may.allowed ? '' : may.why;
  const over = isOver(run);
  const paused = run.control === 'pause';

  const send = async (control: Control): Promise<void> => {
    setBusy(true);
    try {
      await call(`POST /runs/{id}/${control}`, { params: { id: run.id } });
      await queryClient.invalidateQueries({ queryKey: keyOf('GET /runs/{id}', { params: { id: run.id } }) });
      if (control === 'pause' && loop !== null && loop.inFlight > 0) {
        toast(`${count(loop.inFlight)} in flight finish, then nothing starts.`);
      }
    } catch (error) {
      toast(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const cancel = (): void =>
    ask({
      text: `Cancel? ${count(loop?.inFlight ?? 0)} in flight are stopped, ${count(loop?.completed ?? 0)} results stay.`,
      yes: 'Cancel the run',
      no: 'Keep it running',
      run: () => void send('cancel'),
    });
  const failed = loop?.failed ?? 0;
  const again = (): void => {
    if (loop !== null && failed > 0) rerun.start({ loop: loop.path, status: 'failed' });
  };
  const share = (): void => void copyText(location.href, 'The link to this view');

  useKeys('run', [
    { keys: 'Y', does: 'Copy the link to this view', run: share },
    { keys: 'Shift R', does: 'Re-run the failed', run: () => rerun.unless === '' && again() },
    {
      keys: 'P',
      does: paused ? 'Resume' : 'Pause',
      run: () => !over && unless === '' && void send(paused ? 'resume' : 'pause'),
    },
  ]);
  return (
    <>
      <IconButton
        label="Copy the link to this view"
        keys="Y"
        icon={<Link2 size={16} strokeWidth={1.5} aria-hidden />}
        onClick={share}
      />
      {loop !== null && <DownloadMenu run={run} loop={loop} query={query} />}
      {!over && (
        <Button
          icon={
            paused ? (
              <Play size={16} strokeWidth={1.5} aria-hidden />
            ) : (
              <Pause size={16} strokeWidth={1.5} aria-hidden />
            )
          }
          {...(compact ? {} : { keys: 'P' })}
          unless={unless}
          busy={busy}
          onClick={() => void send(paused ? 'resume' : 'pause')}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
      )}
      {!over && (
        <Button unless={unless} busy={busy || run.control === 'cancel'} onClick={cancel}>
          {run.control === 'cancel' ? 'Cancelling' : 'Cancel'}
        </Button>
      )}
      {failed > 0 && (
        <Button
          kind="primary"
          icon={<RotateCw size={16} strokeWidth={1.5} aria-hidden />}
          {...(compact ? {} : { keys: 'Shift R' })}
          unless={rerun.unless}
          busy={rerun.busy}
          onClick={again}
        >
          Re-run {count(failed)} failed
        </Button>
      )}
    </>
  );
}

const FORMATS = [
  ['ndjson', 'NDJSON'],
  ['csv', 'CSV'],
] as const;
const WHAT = [
  ['both', 'input and output'],
  ['input', 'input'],
  ['output', 'output'],
] as const;

function DownloadMenu({ run, loop, query }: { run: Run; loop: Loop; query: RunQuery }) {
  const filtered = isFiltered({ ...query, q: '' });
  const save = (format: string, what: string, all: boolean): void => {
    const link = document.createElement('a');
    link.href = addressOf(
      '/runs/{id}/loops/{path}/export',
      { id: run.id, path: loop.path },
      { format, what, ...(all ? {} : filterOf(query)) },
    );
    link.download = '';
    link.click();
  };
  const entries = (all: boolean) =>
    FORMATS.flatMap(([format, name]) =>
      WHAT.map(([what, words]) => (
        <MenuItem key={`${format} ${what}`} onSelect={() => save(format, what, all)}>
          {name}, {words}
        </MenuItem>
      )),
    );
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label="Download"
          className="inline-flex size-8 items-center justify-center rounded-control text-ink2 hover:bg-hover hover:text-ink"
        >
          <Download size={16} strokeWidth={1.5} aria-hidden />
        </button>
      }
    >
      {filtered && (
        <>
          <MenuLabel>What the filter shows</MenuLabel>
          {entries(false)}
          <MenuLine />
        </>
      )}
      <MenuLabel>All {count(loop.completed + loop.failed + loop.skipped)} settled iterations</MenuLabel>
      {entries(true)}
    </Menu>
  );
}
