// The Mantine theme of the look. Components are named, not imported: the entry stays small.
import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver, type VariantColorsResolver } from '@mantine/core';
// autoContrast looks at the light shade only: in dark it leaves white on petrol.4 (2.7:1). Hence:
const on: Record<string, string> = { petrol: 'var(--on-accent)', brick: 'var(--on-danger)' };
const variants: VariantColorsResolver = (i) => {
  const d = defaultVariantColorsResolver(i), c = i.color || i.theme.primaryColor;
  return i.variant === 'filled' && on[c] ? { ...d, color: on[c] } : d;
};
export const theme = createTheme({
  colors: {
    petrol: ['#f0f8fa','#e2f0f3','#c3e0e7','#94c3cf','#48abc2','#2a93ab','#187d97','#0b5f75','#084c5f','#053a49'],
    brick:  ['#fef5f3','#fcebe8','#f6cfc9','#e2a49c','#ec6a5c','#d94a3c','#c8372b','#b3241a','#8f1c14','#6d150f'],
    amber:  ['#fef8f0','#fdf0e0','#f8dcb9','#e3b47c','#e5913c','#d67a1d','#c96a0b','#8f4700','#743a00','#5a2d00'],
    gray:   ['#f7f8f7','#f2f4f2','#e9edea','#e0e5e2','#c7cfcb','#aab4b0','#78847f','#5a6764','#465351','#14201f'],
    dark:   ['#e8eeec','#b0bcb9','#93a09d','#7b8a88','#3a4748','#263132','#1a2324','#151d1e','#0e1415','#090d0e'],
  },
  primaryColor: 'petrol', primaryShade: { light: 7, dark: 4 }, variantColorResolver: variants, black: '#14201f', white: '#ffffff',
  fontFamily: 'var(--font)', fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '18px', xl: '28px' },
  lineHeights: { xs: '1.334', sm: '1.385', md: '1.572', lg: '1.334', xl: '1.143' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '18px', lineHeight: '24px' }, h2: { fontSize: '13px', lineHeight: '18px' }, h3: { fontSize: '13px', lineHeight: '18px' } } },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '999px' }, defaultRadius: 'sm',
  shadows: { xs: 'none', sm: 'none', md: 'var(--shadow-pop)', lg: 'var(--shadow-pop)', xl: 'var(--shadow-pop)' },
  focusRing: 'auto', cursorType: 'pointer', respectReducedMotion: true,
  components: {
    Checkbox: { defaultProps: { size: 'xs', radius: 'xs', iconColor: 'var(--on-accent)' } },
    InputWrapper: { defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] } },
  },
});
const m = { '--mantine-color-brick-filled': 'var(--danger-solid)', '--mantine-color-body': 'var(--surface)', '--mantine-color-text': 'var(--text)', '--mantine-color-dimmed': 'var(--text-2)', '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-anchor': 'var(--accent-text)', '--mantine-color-error': 'var(--danger)', '--mantine-color-default': 'var(--surface)', '--mantine-color-default-hover': 'var(--surface-2)',
  '--mantine-color-default-border': 'var(--line-strong)', '--mantine-color-disabled': 'var(--surface-3)', '--mantine-color-disabled-color': 'var(--text-3)',
  '--mantine-primary-color-contrast': 'var(--on-accent)', '--mantine-primary-color-filled': 'var(--accent)', '--mantine-primary-color-filled-hover': 'var(--accent-hover)' };
export const resolver: CSSVariablesResolver = () => ({ variables: {}, light: m, dark: m });
