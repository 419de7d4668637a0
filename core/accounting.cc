#include "core/accounting.h"
