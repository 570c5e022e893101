// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Xunit;

namespace Tracer.Harness;

/// <summary>A program that runs to its end.</summary>
public sealed record Command(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public string[] OutputLines => Lines(Output);

    public string[] ErrorLines => Lines(Error);

    public override string ToString() => $"exit code {ExitCode}\nstdout: {Output}\nstderr: {Error}";

    public static Task<Command> Run(string file, params string[] arguments) => Run(Limit, file, arguments);

    public static async Task<Command> Run(TimeSpan limit, string file, params string[] arguments)
    {
        using Process process = Process.Start(Describe(file, arguments)) ?? throw new InvalidOperationException("cannot start " + file);
        process.StandardInput.Close();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline.Stretch(limit));
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new Command(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end within {limit.TotalSeconds:0.#} s");
        }
    }

    /// <summary>Runs a step of the scene itself: its failure is no verdict on the product.</summary>
    public static async Task<string> MustRun(string file, params string[] arguments)
    {
        Command result = await Run(file, arguments);
        return result.ExitCode == 0
            ? result.Output
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: {result}");
    }

    public static Task Signal(string signal, int pid) => MustRun("sh", "-c", $"kill -{signal} {pid}");

    public static string MissingTools(params string[] tools)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return string.Join(' ', tools.Where(tool => !folders.Any(folder => File.Exists(Path.Combine(folder, tool)))));
    }

    public static ProcessStartInfo Describe(string file, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        return start;
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
