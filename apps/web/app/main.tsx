/** Owns the start of the page: styles, the cache, the keyboard, the root. Does not decide what is shown (gate.tsx). */
import './app.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api.ts';
import { Gate } from './gate.tsx';
import { listenForKeys } from './keys.ts';
import { shareNonce } from './nonce.ts';

shareNonce();
listenForKeys();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Gate />
      </QueryClientProvider>
    </StrictMode>,
  );
}
