import { dieAfterEveryWrite } from './every-crash.ts';

dieAfterEveryWrite(0);
