/**
 * Owns the node as text, equal to the form: YAML as in the file, or JSON. What cannot be read yet stays in the editor
 * and is said; the workflow keeps what it had. Loaded with its parser when it is first opened.
 */
import { useEffect, useRef, useState } from 'react';
import type { NodeDefinition } from '@rondo/core/model/definition.ts';
import { readText } from '@rondo/core/model/text.ts';
import { writeNode } from '@rondo/core/model/write.ts';
import { Segments } from '../ui/segments.tsx';
import { CodeField } from './code/code-field.tsx';

type Form = 'yaml' | 'json';

export interface NodeSourceProps {
  node: NodeDefinition;
  title: string;
  readOnly: boolean;
  onChange(node: NodeDefinition): void;
}

const write = (node: NodeDefinition, form: Form): string =>
  form === 'yaml' ? writeNode(node) : JSON.stringify(node, null, 2);

export default function NodeSource({ node, title, readOnly, onChange }: NodeSourceProps) {
  const [form, setForm] = useState<Form>('yaml');
  const [text, setText] = useState(() => write(node, 'yaml'));
  const [wrong, setWrong] = useState('');
  const mine = useRef<NodeDefinition>(node);
  useEffect(() => {
    // What comes back is what was written here.
    if (mine.current === node || JSON.stringify(mine.current) === JSON.stringify(node)) return;
    mine.current = node;
    setText(write(node, form));
    setWrong('');
  }, [node, form]);
  const take = (next: string): void => {
    setText(next);
    const { value, diagnostics } = readText(next, 'The text');
    const [fault] = diagnostics.filter((one) => one.severity === 'error');
    if (value === null || fault !== undefined) {
      setWrong(
        fault === undefined
          ? 'This is not a node yet.'
          : `${fault.line === undefined ? '' : `Line ${fault.line}: `}${fault.message}`,
      );
      return;
    }
    if (typeof value['type'] !== 'string') {
      setWrong('A node needs a type.');
      return;
    }
    setWrong('');
    mine.current = value as unknown as NodeDefinition;
    onChange(mine.current);
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-2">
        <p className="flex-1 text-meta text-ink2">
          The node as it stands in the file. What is changed here is changed in the form.
        </p>
        <Segments<Form>
          label="Form of the text"
          value={form}
          onChange={(next) => {
            setForm(next);
            setText(write(node, next));
            setWrong('');
          }}
          options={[
            { value: 'yaml', label: 'YAML' },
            { value: 'json', label: 'JSON' },
          ]}
        />
      </div>
      <CodeField
        label={`${title} as text`}
        language={form}
        lines={10}
        value={text}
        onChange={take}
        readOnly={readOnly}
        invalid={wrong !== ''}
      />
      {wrong !== '' && (
        <p role="alert" className="text-meta text-failed">
          {wrong} The workflow keeps what it had.
        </p>
      )}
    </div>
  );
}
