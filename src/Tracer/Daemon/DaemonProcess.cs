// SPDX-License-Identifier: Apache-2.0
using Tracer.Api;
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>`closewait run`: the daemon in the foreground, until it is told to stop.</summary>
public static class DaemonProcess
{
    /// <summary>Runs until cancelled; returns an exit code. Errors are one line on stderr.</summary>
    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using DaemonRuntime runtime = await DaemonRuntime.StartAsync(options, stop);
            return await runtime.RunAsync();
        }
        catch (StartException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (HookChoiceException e)
        {
            return Fail(e.Message, ExitCode.Usage);
        }
        catch (TracerHostException e)
        {
            return Fail(e.Message, ExitCode.Failure);
        }
        catch (BpfException e)
        {
            return Fail(e.Message, ExitCode.KernelUnsupported);
        }
    }

    private static int Fail(string reason, int exitCode)
    {
        Console.Error.WriteLine($"closewait: {reason.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
