import { addTexts } from '@/app/i18n';
import ticket from '@/locales/en/ticket.json';

addTexts('ticket', ticket);
