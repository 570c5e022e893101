// SPDX-License-Identifier: Apache-2.0
using System.ComponentModel;
using System.Diagnostics;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Output;

namespace Tracer.Client;

/// <summary>
/// A daemon that lives as long as one command. It reads our end of its standard input and ends when that closes,
/// also when this process is killed.
/// </summary>
internal sealed class OwnDaemon : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ScanPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly PrivateFolder _folder;
    private readonly DiagnosticTail _diagnostics;

    private OwnDaemon(Process process, PrivateFolder folder)
    {
        _process = process;
        _folder = folder;
        _diagnostics = new DiagnosticTail(process);
        Address = new DaemonAddress(SocketPath(folder));
    }

    public DaemonAddress Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<OwnDaemon> StartAsync(ClientHost host, CancellationToken cancellation)
    {
        PrivateFolder folder = PrivateFolder.Create();
        Process process;
        try
        {
            process = Launch(host.Self, folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
        var daemon = new OwnDaemon(process, folder);
        try
        {
            await daemon.WaitUntilReadyAsync(cancellation);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Null while it lives, else its own last words and exit code.</summary>
    public async Task<CommandException?> FindFailureAsync()
    {
        try
        {
            // A stream breaks some milliseconds before the process is gone.
            using var patience = new CancellationTokenSource(ExitPatience);
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        int exitCode = _process.ExitCode == ExitCode.Ok ? ExitCode.CannotConnect : _process.ExitCode;
        return new CommandException(exitCode, $"the daemon started for this command ended with exit code {_process.ExitCode}")
        {
            LastWords = _diagnostics.Read(),
        };
    }

    public async ValueTask DisposeAsync()
    {
        // Closing its input is the request to stop; it does what SIGTERM would do.
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(StopPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
        _folder.Dispose();
    }

    private static string SocketPath(PrivateFolder folder) => Path.Combine(folder.Path, "closewait.sock");

    private static Process Launch(SelfInvocation self, PrivateFolder folder)
    {
        var start = new ProcessStartInfo(self.Executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = [.. self.LeadingArguments, "run", "--socket", SocketPath(folder), "--lifeline"];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new CommandException(ExitCode.CannotConnect, $"no daemon is running and none could be started: {e.Message}");
        }
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var channel = DaemonChannel.Create(Address);
        var service = new TracerService.TracerServiceClient(channel);
        var waited = Stopwatch.StartNew();
        TimeSpan? answeredAt = null;
        while (waited.Elapsed < StartPatience)
        {
            if (_process.HasExited)
                throw (await FindFailureAsync())!;
            GetStatusResponse? status = await TryGetStatusAsync(service, cancellation);
            if (status is not null)
                answeredAt ??= waited.Elapsed;
            // Without the first scan of descriptors the first answers would miss their holders.
            if (status?.LastScanTime is not null || waited.Elapsed - answeredAt > ScanPatience)
                return;
            await Task.Delay(RetryPeriod, cancellation);
        }
        throw new CommandException(
            ExitCode.CannotConnect,
            $"the daemon started for this command did not answer within {StartPatience.TotalSeconds:0} s")
        {
            LastWords = _diagnostics.Read(),
        };
    }

    private async Task<GetStatusResponse?> TryGetStatusAsync(TracerService.TracerServiceClient service, CancellationToken cancellation)
    {
        if (!File.Exists(Address.SocketPath))
            return null;
        try
        {
            return await service.GetStatusAsync(
                new GetStatusRequest(), deadline: DateTime.UtcNow + ScanPatience, cancellationToken: cancellation);
        }
        catch (RpcException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }
}
