/** Owns the outline beside the panel: the workflow as a list, containers as bars around what they hold. */
import { memo, useDeferredValue, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Definition, NodeId } from '@rondo/core/model/definition.ts';
import { addressOfPlace } from '../app/addresses.ts';
import { NodeIcon } from '../editor/canvas/icons.tsx';
import type { Nodes } from '../editor/document/tree.ts';
import { classes } from '../ui/classes.ts';
import { Keys } from '../ui/keys.tsx';
import { RepeatSign } from '../ui/mark.tsx';
import type { Catalog } from '../editor/catalog/catalog.ts';
import { inOrder, titleOf } from './place.ts';

export interface OutlineProps {
  workflow: string;
  definition: Definition;
  types: Catalog;
  node: NodeId;
  /** Nodes with something said about them. */
  trouble: ReadonlySet<string>;
  query: string;
}

export function Outline({ workflow, definition, types, node, trouble, query }: OutlineProps) {
  const list = useRef<HTMLDivElement>(null);
  // Behind the form by a moment: a long list must not stand in the way of a key.
  const shown = useDeferredValue(definition);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' });
  }, [node]);
  const level = (nodes: Nodes, depth: number) => (
    <ul className="flex flex-col gap-4">
      {inOrder(nodes).map((id) => {
        const one = nodes[id];
        if (one === undefined) return null;
        const entry = {
          href: addressOfPlace.node(workflow, id) + query,
          title: titleOf(id, one),
          current: id === node,
        };
        if (one.body === undefined) {
          return (
            <Step
              key={id}
              {...entry}
              type={one.type}
              group={types.view(one.type)?.group}
              disabled={one.disabled === true}
              trouble={trouble.has(id)}
            />
          );
        }
        return (
          <li
            key={id}
            className={classes(
              'rounded-[5px] border-x-[1.5px] border-y-[5px] border-x-accent-line border-y-accent bg-[color-mix(in_srgb,var(--accent)_4%,var(--surface))] pt-1.5 pb-3',
              depth === 0 ? '-mx-3 px-3' : '-mx-2 px-2',
            )}
          >
            <LoopName {...entry} />
            {level(one.body, depth + 1)}
          </li>
        );
      })}
    </ul>
  );
  return (
    <nav
      aria-label="Outline of the workflow"
      className="flex min-h-0 flex-col border-r border-line bg-bg bg-[radial-gradient(var(--line2)_0.8px,transparent_0.9px)] bg-[size:20px_20px]"
    >
      <p className="flex-none px-4 pt-2.5 text-meta text-ink3">Outline</p>
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto px-6 py-3">
        {level(shown.nodes, 0)}
      </div>
      <p className="flex flex-none flex-col gap-1 px-4 py-3 text-meta text-ink3">
        <span>
          <Keys keys="Ctrl Tab" /> next node
        </span>
        <span>
          <Keys keys="Esc" /> back to canvas
        </span>
      </p>
    </nav>
  );
}

interface Entry {
  href: string;
  title: string;
  current: boolean;
}

interface StepProps extends Entry {
  type: string;
  group: string | undefined;
  disabled: boolean;
  trouble: boolean;
}

const Step = memo(function Step({ href, title, current, type, group, disabled, trouble }: StepProps) {
  return (
    <li>
      <Link
        href={href}
        aria-current={current ? 'page' : undefined}
        className={classes(
          'flex h-10 items-center gap-2 rounded-[9px] border bg-surface px-2.5 font-medium shadow-1',
          current ? 'border-ink font-semibold text-ink ring-1 ring-ink' : 'border-line2 text-ink2 hover:text-ink',
          disabled && 'border-dashed opacity-60',
        )}
      >
        <span className="flex-none">
          <NodeIcon type={type} group={group} />
        </span>
        <span className="cut">{title}</span>
        {trouble && (
          <span className="ml-auto size-1.5 flex-none rotate-45 bg-warn" title="Something is said about it" />
        )}
      </Link>
    </li>
  );
});

const LoopName = memo(function LoopName({ href, title, current }: Entry) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={classes(
        'mb-1.5 flex items-center gap-1.5 rounded-chip px-1 py-0.5 text-meta font-semibold text-accent',
        current && 'bg-surface ring-2 ring-ink',
      )}
    >
      <RepeatSign />
      <span className="cut">{title}</span>
    </Link>
  );
});
