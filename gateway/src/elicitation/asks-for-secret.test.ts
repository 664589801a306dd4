import { expect, test } from 'vitest';
import { asksForSecret, namesSecret } from './asks-for-secret.ts';

test.for([
  'Please enter your password',
  'Your API key, please',
  'Enter the card number and CVV',
  'Introduce tu contraseña',
  'Número de tarjeta de crédito',
  'Entrez votre mot de passe',
  'Votre clé d’API',
  'Bitte gib dein Passwort ein',
  'Kreditkarte und Prüfziffer',
  'Digite sua senha',
  '请输入您的密码',
  'パスワードを入力してください',
  '비밀번호를 입력하세요',
  'Введите пароль',
  'Enter your p a s s w o r d',
  'P@ssw0rd?',
  'pass\u200bword',
  'ｐａｓｓｗｏｒｄ',
  'pаsswоrd (with Cyrillic letters)',
  'PASS-WORD',
  'p.a.s.s.p.h.r.a.s.e',
  'a\u0301p\u0301i_k3y',
  'Paste your GitHub token',
  'seed phrase of your wallet',
  'Enter the OTP we sent',
  'Your PIN:',
])('C6: %j asks for a secret', (text) => expect(namesSecret(text)).toBe(true));

test.for([
  'How many tokens should the summary have?',
  'Which branch should I deploy?',
  'Your name and your city',
  'Choose a token limit',
  'Drop pin on the map?',
  'Did all tests pass the build?',
  'Who is your secret Santa?',
  'Which keyboard layout do you use?',
  'Combien de passagers ?',
  'Welche Karte soll ich zeichnen?',
  'Do you accept the terms?',
])('%j asks for no secret', (text) => expect(namesSecret(text)).toBe(false));

test.for([
  { message: 'Hello', requestedSchema: { properties: { apiKey: { type: 'string' } } } },
  { message: 'Hello', requestedSchema: { properties: { a: { title: 'Password' } } } },
  { message: 'Hello', requestedSchema: { properties: { a: { format: 'password' } } } },
  {
    message: 'Hello',
    requestedSchema: { properties: { a: { description: 'your access token' } } },
  },
  { message: 'Hello', requestedSchema: { properties: { a: { enumNames: ['CVV'] } } } },
])('C6: the form %j asks for a secret in its fields', (params) =>
  expect(asksForSecret(params)).toBe(true),
);
