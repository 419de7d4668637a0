// Adds scarbon forecast evaluate: how good forecasts from history would have been.
#ifndef CLI_FORECAST_FORECAST_EVALUATE_H_
#define CLI_FORECAST_FORECAST_EVALUATE_H_

namespace CLI {
class App;
}

namespace carbon {

// Adds the subcommand to `forecast`, as the functions of commands.h do.
void AddForecastEvaluate(CLI::App& forecast, int* exit_code);

}  // namespace carbon

#endif  // CLI_FORECAST_FORECAST_EVALUATE_H_
