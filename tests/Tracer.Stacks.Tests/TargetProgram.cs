// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;

namespace Tracer.Stacks.Tests;

/// <summary>A program that is compiled, started and stopped by a test; it prints one line when it is ready and waits for its input to end.</summary>
internal sealed class TargetProgram : IDisposable
{
    private readonly Process _process;

    private TargetProgram(Process process, string readyLine)
    {
        _process = process;
        ReadyLine = readyLine;
    }

    internal uint Pid => (uint)_process.Id;

    internal string ReadyLine { get; }

    internal static TargetProgram Start(string path)
    {
        var process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new TargetProgram(process, process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{path} did not start"));
    }

    /// <summary>Ends it and waits until it is reaped.</summary>
    internal void Stop()
    {
        if (_process.HasExited)
            return;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000))
            _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Runs a tool and returns what it printed.</summary>
    internal static string Run(string tool, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {errors.Result}");
    }

    /// <summary>The addresses and names that nm prints.</summary>
    internal static Dictionary<string, ulong> ReadSymbols(string path, params string[] options)
    {
        var symbols = new Dictionary<string, ulong>();
        foreach (string line in Run("nm", ["--defined-only", .. options, path]).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] columns = line.Split(' ', 3);
            if (columns.Length == 3 && ulong.TryParse(columns[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address))
                symbols[columns[2]] = address;
        }

        return symbols;
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }
}
