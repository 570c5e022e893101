// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Tracer.House.Tests;

/// <summary>
/// Every command in README exists, and every flag in it is one that the command takes. What needs a daemon is run for real by Tracer.Kernel.Tests.
/// </summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = Repository.Read("README.md");

    /// <summary>Command lines of the shell examples, without sudo and comments.</summary>
    public static TheoryData<string> Commands => new(
        from Match block in ShellBlock().Matches(Readme)
        from line in block.Groups["lines"].Value.Split('\n')
        let command = Comment().Replace(line, "").Trim()
        where command.Length > 0
        select command.StartsWith("sudo ", StringComparison.Ordinal) ? command[5..] : command);

    [Fact]
    public void The_main_job_is_in_the_readme() => Assert.Contains("./build.sh run", Commands.Select(row => row.Data));

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_in_the_readme_exists_with_its_flags(string command)
    {
        string[] words = command.Split(' ');
        switch (words[0])
        {
            case "./build.sh":
                Assert.Contains(words.ElementAtOrDefault(1) ?? "build", await SubcommandsOfBuild());
                break;
            case "artifacts/closewait":
                Assert.Empty(await UnknownFlags(words[1], words.Skip(2)));
                break;
            case "grpcurl":
                AssertRpcExists(words[^1]);
                break;
            default:
                Assert.Fail($"'{words[0]}' is neither ours nor checked: add a check, or take it out of README");
                break;
        }
    }

    [Fact]
    public async Task Every_subcommand_is_in_the_readme_and_the_other_way_round()
    {
        string[] documented = [.. CommandRow().Matches(Readme).Select(match => match.Groups["name"].Value).Order()];
        string[] offered = [.. CommandInHelp().Matches(await Run(Closewait(), "--help")).Select(match => match.Groups["name"].Value).Order()];
        Assert.NotEmpty(offered);
        Assert.Equal(offered, documented);
    }

    [Fact]
    public async Task A_flag_in_the_text_of_the_readme_is_one_of_some_command()
    {
        string help = await Run("./build.sh", "--help");
        foreach (string command in (string[])["why", "list", "stacks", "threads", "watch", "run", "check"])
            help += await Run(Closewait(), command, "--help");
        string text = ShellBlock().Replace(Readme, "");
        Repository.AssertNone(Flag().Matches(text).Select(match => match.Value).Where(flag => !HasFlag(help, flag)), "flags that no command takes");
    }

    [Fact]
    public async Task An_unknown_flag_is_noticed() => Assert.Equal(["--no-such-flag"], await UnknownFlags("list", ["--json", "--no-such-flag", "3"]));

    private static async Task<IEnumerable<string>> UnknownFlags(string command, IEnumerable<string> words)
    {
        string help = await Run(Closewait(), command, "--help");
        return words.Where(word => word.StartsWith("--", StringComparison.Ordinal)).Where(flag => !HasFlag(help, flag));
    }

    private static bool HasFlag(string help, string flag) => Regex.IsMatch(help, $@"(?<![\w-]){Regex.Escape(flag)}(?![\w-])");

    private static async Task<IEnumerable<string>> SubcommandsOfBuild() =>
        BuildCommand().Matches(await Run("./build.sh", "--help")).Select(match => match.Groups["name"].Value);

    private static void AssertRpcExists(string method)
    {
        string[] parts = method.Split('/');
        string service = parts[0][(parts[0].LastIndexOf('.') + 1)..];
        string proto = Repository.Read("proto/closewait/v1/tracer_service.proto");
        Assert.Contains($"package {parts[0][..^(service.Length + 1)]};", proto, StringComparison.Ordinal);
        Assert.Contains($"service {service} {{", proto, StringComparison.Ordinal);
        Assert.Contains($"rpc {parts[1]}(", proto, StringComparison.Ordinal);
    }

    private static string Closewait()
    {
        string path = Repository.PathOf("artifacts/closewait");
        Assert.SkipUnless(File.Exists(path), "closewait is not built: run ./build.sh");
        return path;
    }

    private static async Task<string> Run(string file, params string[] arguments)
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        ProcessStartInfo start = new(Path.Combine(Repository.Root, file), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync(stop);
        await process.WaitForExitAsync(stop);
        Assert.True(process.ExitCode == 0, $"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return output;
    }

    [GeneratedRegex(@"^```sh\n(?<lines>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^\| `closewait (?<name>\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex CommandRow();

    [GeneratedRegex(@"(?<=^Commands:\n(?:  .*\n)*)  (?<name>\w+)\b", RegexOptions.Multiline)]
    private static partial Regex CommandInHelp();

    [GeneratedRegex(@"^  (?<name>[a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex BuildCommand();

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*[a-z]")]
    private static partial Regex Flag();
}
