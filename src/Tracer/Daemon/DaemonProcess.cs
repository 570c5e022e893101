// SPDX-License-Identifier: Apache-2.0
using Tracer.Bpf;
using Tracer.Capture;
using Tracer.Output;

namespace Tracer.Daemon;

/// <summary>`closewait run`: the daemon in the foreground, until it is told to stop.</summary>
public static class DaemonProcess
{
    /// <summary>Runs until cancelled, or until its lifeline ends; returns an exit code. Errors are one line on stderr.</summary>
    public static async Task<int> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await using DaemonRuntime runtime = DaemonRuntime.Start(options, stop.Cancel);
            if (options.Lifeline)
                _ = EndWithLifelineAsync(stop);
            return await runtime.RunAsync(stop.Token);
        }
        catch (StartException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (HookChoiceException e)
        {
            return Fail(e.Message, ExitCode.Usage);
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

    /// <summary>The process that started this one keeps our standard input open; its end, however it comes, closes it.</summary>
    private static async Task EndWithLifelineAsync(CancellationTokenSource stop)
    {
        var ignored = new byte[256];
        await using Stream input = Console.OpenStandardInput();
        while (await input.ReadAsync(ignored) > 0)
        {
            // whatever is written there means nothing
        }
        await stop.CancelAsync();
    }
}
