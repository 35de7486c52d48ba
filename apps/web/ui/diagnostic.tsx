/** Owns how a diagnostic is shown: diamond, what, why, one button that fixes it, Keep. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { StatusShape, WarningShape } from './status.tsx';

export interface DiagnosticRowProps {
  severity: 'error' | 'warning' | 'hint';
  message: string;
  /** Where it is: a node's title. */
  where?: ReactNode;
  /** What would be done; without it there is no button. */
  fix?: { text: string; run(): void; unless?: string } | null;
  /** Records that it is meant so. */
  onKeep?(): void;
}

export function DiagnosticRow({ severity, message, where, fix, onKeep }: DiagnosticRowProps) {
  const isError = severity === 'error';
  return (
    <div className="flex items-start gap-2 py-2">
      <span className={classes('mt-0.5', isError ? 'text-failed' : 'text-warn')}>
        {isError ? <StatusShape status="failed" size={14} /> : <WarningShape />}
      </span>
      <div className="min-w-0 flex-1">
        <p className="break-words">
          <span className="sr-only">{severity}: </span>
          {message}
        </p>
        {where !== undefined && <p className="text-meta text-ink3">{where}</p>}
        {(fix != null || onKeep !== undefined) && (
          <div className="mt-1.5 flex gap-2">
            {fix != null && (
              <Button small onClick={fix.run} unless={fix.unless}>
                {fix.text}
              </Button>
            )}
            {onKeep !== undefined && (
              <Button small kind="ghost" onClick={onKeep}>
                Keep
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
