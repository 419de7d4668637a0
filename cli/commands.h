// The subcommands of scarbon. Each function adds one to the application; when it ran, its exit code
// (0 success, 1 the thing asked about is wrong or absent, 2 wrong usage) is in *exit_code. Results
// go to standard output, errors to standard error as "scarbon: subject: what is wrong".
#ifndef CLI_COMMANDS_H_
#define CLI_COMMANDS_H_

namespace CLI {
class App;
}

namespace carbon {

void AddDoctor(CLI::App& app, int* exit_code);
void AddEstimate(CLI::App& app, int* exit_code);
void AddExplain(CLI::App& app, int* exit_code);
void AddForecast(CLI::App& app, int* exit_code);
void AddHardware(CLI::App& app, int* exit_code);
void AddLog(CLI::App& app, int* exit_code);
// To `scarbon log`.
void AddLogVerify(CLI::App& log, int* exit_code);
void AddPolicy(CLI::App& app, int* exit_code);
// To `scarbon policy`.
void AddPolicyWhatIf(CLI::App& policy, int* exit_code);
void AddReplay(CLI::App& app, int* exit_code);
void AddStatus(CLI::App& app, int* exit_code);

}  // namespace carbon

#endif  // CLI_COMMANDS_H_
