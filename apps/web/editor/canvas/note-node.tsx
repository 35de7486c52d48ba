/** Owns notes on the canvas: text for people, written in place. */
import type { NodeProps } from '@xyflow/react';
import { memo, useState } from 'react';
import { classes } from '../../ui/classes.ts';
import { change } from '../document/store.ts';
import { useEditor } from './context.ts';
import type { FlowNode } from './flow.ts';

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { text, width } = data.scene;
  const { workflow, unless } = useEditor();
  const [editing, setEditing] = useState(text === '');
  return (
    <div
      className={classes(
        'min-h-[84px] rounded-node rounded-tl-[4px] border bg-warn-soft px-3 py-[9px] text-[12px] leading-[17px] text-ink2',
        selected ? 'border-ink' : 'border-warn-line',
      )}
      style={{ width }}
      onDoubleClick={() => unless === '' && setEditing(true)}
    >
      {editing ? (
        <textarea
          // A note that was just made is written at once.
          autoFocus
          aria-label="Note"
          className="nodrag nowheel h-[66px] w-full resize-none bg-transparent outline-none"
          defaultValue={text}
          onBlur={(event) => {
            setEditing(false);
            change(workflow, { do: 'note', id, text: event.target.value });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
      ) : (
        <p className="break-words whitespace-pre-wrap">{text === '' ? 'Double-click to write' : text}</p>
      )}
    </div>
  );
});
