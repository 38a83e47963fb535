import { Button, Menu } from '@mantine/core';
import { type Icon, IconChevronDown } from '@tabler/icons-react';

interface Props<Act extends string> {
  readonly label: string;
  readonly icon: Icon;
  readonly acts: readonly (readonly [Act, Icon])[];
  readonly textOf: (act: Act) => string;
  readonly onChoose: (act: Act) => void;
}

/** Acts of one kind behind one button. */
export function ActMenu<Act extends string>({ label, icon: Shape, acts, textOf, onChoose }: Props<Act>) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<Shape size={16} />}
          rightSection={<IconChevronDown size={14} />}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map(([act, ActShape]) => (
          <Menu.Item
            key={act}
            leftSection={<ActShape size={16} stroke={1.6} />}
            onClick={() => onChoose(act)}
          >
            {textOf(act)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
