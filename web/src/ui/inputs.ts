// The inputs of the forms, with the styles they need: only pages that have a form load them.
import '@mantine/core/styles/Input.css';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/PasswordInput.css';
import '@mantine/core/styles/ActionIcon.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Checkbox.css';
import '@/app/glue.css';

export { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
