#pragma once
/* Nothing is called by name: linking the library replaces malloc and free of the whole program. */
