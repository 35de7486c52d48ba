/** Owns ports: 11 px to see, 24 to hit. Filled for all items at once, hollow for one at a time, square for errors. */
import { Handle, Position } from '@xyflow/react';
import { classes } from '../../ui/classes.ts';
import { inputHandle, outputHandle, type ScenePort } from '../scene/scene.ts';

export function Ports({ inputs, outputs }: { inputs: readonly ScenePort[]; outputs: readonly ScenePort[] }) {
  return (
    <>
      {inputs.map((port) => (
        <Handle
          key={`in ${port.name}`}
          id={inputHandle(port.name)}
          type="target"
          position={Position.Left}
          className={classes('port', `port-${port.kind}`)}
          style={{ top: port.y }}
          title={`Input${port.label === null ? '' : ` ${port.label}`}`}
        >
          {port.label !== null && <span className="port-name port-name-in">{port.label}</span>}
        </Handle>
      ))}
      {outputs.map((port) => (
        <Handle
          key={`out ${port.name}`}
          id={outputHandle(port.name)}
          type="source"
          position={Position.Right}
          className={classes('port', `port-${port.kind}`)}
          style={{ top: port.y }}
          title={`Output${port.label === null ? '' : ` ${port.label}`}`}
        />
      ))}
    </>
  );
}
