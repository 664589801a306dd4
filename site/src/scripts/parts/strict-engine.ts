import * as z from 'zod';

// The pages' Content-Security-Policy allows no code made from text; without this zod would try, and be reported.
z.config({ jitless: true });
