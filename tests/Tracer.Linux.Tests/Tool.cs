// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;

namespace Tracer.Linux.Tests;

/// <summary>Runs tools of the host, as oracles and as observed processes.</summary>
internal static class Tool
{
    internal static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, name)));

    internal static string Run(string tool, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {errors.Result}");
    }

    /// <summary>Starts cat, which waits for its input to end.</summary>
    internal static Process StartWaiting() =>
        Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    internal static void Stop(Process process)
    {
        process.StandardInput.Close();
        process.WaitForExit();
    }
}
