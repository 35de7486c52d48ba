/** Owns the menu of whoever is signed in: name and role, theme, keys, the way out. Loaded when it is opened. */
import type { ReactElement } from 'react';
import { Menu, MenuItem, MenuLabel, MenuLine, MenuRadio } from '../ui/menu.tsx';
import { setTheme, type Theme, usePreferences } from './preferences.ts';
import { signOut } from './session.ts';

export interface UserMenuProps {
  trigger: ReactElement;
  name: string;
  role: string;
  onKeys(): void;
}

export function UserMenu({ trigger, name, role, onKeys }: UserMenuProps) {
  const theme = usePreferences((state) => state.theme);
  return (
    <Menu side="right" align="end" opened trigger={trigger}>
      <MenuLabel>
        {name}, {role}
      </MenuLabel>
      <MenuLine />
      <MenuRadio
        label="Theme"
        value={theme}
        options={[
          ['system', 'As the system'],
          ['light', 'Light'],
          ['dark', 'Dark'],
        ]}
        onChange={(value) => setTheme(value as Theme)}
      />
      <MenuLine />
      <MenuItem keys="?" onSelect={onKeys}>
        Keys of this screen
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>Sign out</MenuItem>
    </Menu>
  );
}
