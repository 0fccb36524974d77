import { addTexts } from '@/app/i18n';
import account from '@/locales/en/account.json';

addTexts('account', account);
