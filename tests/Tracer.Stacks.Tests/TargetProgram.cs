// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Tracer.Linux.Procfs;

namespace Tracer.Stacks.Tests;

/// <summary>A program that a test starts and stops. It prints an address when it is ready and ends with its input.</summary>
internal sealed class TargetProgram : IDisposable
{
    private readonly Process _process;

    private TargetProgram(Process process)
    {
        _process = process;
        PlainFunction = ReadAddress();
        new ProcessReader(new ProcfsRoot()).ReadStat(Pid, out ProcessStat stat);
        StartBoottimeNs = stat.StartBoottimeNs;
    }

    internal uint Pid => (uint)_process.Id;

    internal ulong StartBoottimeNs { get; }

    /// <summary>The process that it waits for, when it is one that starts others.</summary>
    internal uint ChildPid => uint.Parse(File.ReadAllText($"/proc/{Pid}/task/{Pid}/children").Trim(), CultureInfo.InvariantCulture);

    /// <summary>Where its plain_function is.</summary>
    internal ulong PlainFunction { get; private set; }

    internal static TargetProgram Start(string path, params string[] arguments) => new(
        Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!);

    /// <summary>Loads a library and returns where its plugin_function is.</summary>
    internal ulong Load(string library)
    {
        _process.StandardInput.WriteLine($"load {library}");
        return ReadAddress();
    }

    /// <summary>Becomes another of the compiled programs, under the same pid.</summary>
    internal void Exec(string path)
    {
        _process.StandardInput.WriteLine($"exec {path}");
        PlainFunction = ReadAddress();
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

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    private ulong ReadAddress()
    {
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("the target did not answer");
        return ulong.Parse(line.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
