/** Who writes what in the play. Made up; the numbers are of ranges that belong to nobody. */
import type { Chance } from './chance'

const FIRST = [
  'Ana',
  'Bruno',
  'Chidi',
  'Dana',
  'Elif',
  'Farid',
  'Giulia',
  'Hugo',
  'Ines',
  'João',
  'Kofi',
  'Lena',
  'Mariana',
  'Noor',
  'Omar',
  'Priya',
  'Quentin',
  'Rosa',
  'Søren',
  'Tomás',
  'Uma',
  'Víctor',
  'Wanda',
  'Yuki',
  'Zofia',
]
const LAST = [
  'Almeida',
  'Brandt',
  'Costa',
  'Demir',
  'Eze',
  'Fischer',
  'García',
  'Haddad',
  'Ivanova',
  'Jensen',
  'Khan',
  'Lopes',
  'Moreau',
  'Nakamura',
  'Okafor',
  'Pereira',
  'Rossi',
  'Silva',
  'Tanaka',
  'Weber',
]

const ASKED = [
  'Hi! Are you open today?',
  'Olá, preciso de ajuda com o pedido 🙏',
  'Where is my order? It should have arrived yesterday.',
  '¿Me pueden enviar el precio de la caja grande?',
  'Thanks, that worked 👍',
  'Can I move my appointment to Thursday at 10?',
  'Könnt ihr mir die Rechnung noch einmal schicken?',
  'Bom dia! Vocês entregam em Campinas?',
  'I paid, but the app still says “pending” 🤔',
  'ok',
  'Merci beaucoup !',
  'Do you have this in blue, size M?',
  'مرحبا، هل المنتج متوفر؟',
  'Please call me when you have a minute.',
  'Perfeito, obrigado!',
]

const ANSWERED = [
  'Hello! How can we help?',
  'Your order is on its way 🚚 It arrives tomorrow between 9 and 12.',
  'Claro, te lo envío enseguida.',
  'We are open until 18:00 today.',
  'Done: your appointment is on Thursday at 10:00.',
  'Vou verificar e já te respondo.',
  'Here is your invoice.',
  'Thank you for your patience!',
  'Ja, gerne. Die Rechnung ist unterwegs.',
  'Anything else I can do for you?',
]

export const EMOJI = ['👍', '❤️', '😂', '🙏', '😮', '🎉'] as const

export function personName(chance: Chance): string {
  return `${chance.pick(FIRST)} ${chance.pick(LAST)}`
}

export function question(chance: Chance): string {
  return chance.happens(0.3) ? `${chance.pick(ASKED)} (#${chance.int(1000, 9999)})` : chance.pick(ASKED)
}

export function answer(chance: Chance): string {
  return chance.pick(ANSWERED)
}

/** Digits of a phone number without its plus. */
export function phone(chance: Chance): string {
  return `${chance.pick(['5511', '4915', '3460', '4470', '1202', '9715', '3933'])}${chance.pick(['55501', '00990', '55599'])}${chance.digits(4)}`
}
