import { losesNoRequest, rareShops } from '../scenario/order.ts';
import { shopNames } from '../support/shops.ts';

for (const name of rareShops) losesNoRequest(name, 'a whole stable');
for (const name of shopNames) losesNoRequest(name, 'a dynamic stable');
