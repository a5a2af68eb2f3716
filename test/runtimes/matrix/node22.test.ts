import { COLUMNS, holdsOn } from "../matrix.ts";

holdsOn(COLUMNS.node22);
