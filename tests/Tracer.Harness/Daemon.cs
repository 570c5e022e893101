// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using CloseWait.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Tracer.Harness;

/// <summary>The daemon under test, and a gRPC client of it.</summary>
public sealed class Daemon : IAsyncDisposable
{
    private readonly ScratchFolder? _scratch;
    private readonly Child _child;
    private readonly GrpcChannel _channel;
    private bool _isAlone;

    private Daemon(ScratchFolder? scratch, Child child, string socketPath)
    {
        _scratch = scratch;
        _child = child;
        SocketPath = socketPath;
        _channel = OpenChannel(socketPath);
        Client = new TracerService.TracerServiceClient(_channel);
    }

    public string SocketPath { get; }

    public int Pid => _child.Pid;

    public Child Process => _child;

    public TracerService.TracerServiceClient Client { get; }

    /// <summary>Starts it and waits until it answers.</summary>
    public static Task<Daemon> Start(params string[] options) => StartBy([], options);

    /// <summary>The same by way of a command that ends by becoming the daemon, as `unshare` does.</summary>
    public static async Task<Daemon> StartBy(string[] launcher, params string[] options)
    {
        Daemon daemon = Launch(launcher, options);
        try
        {
            await daemon.WaitUntilReady();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on this path and waits until it answers.</summary>
    public static async Task<Daemon> StartOn(string socketPath)
    {
        Daemon daemon = new(null, Spawn(socketPath, []), socketPath);
        await daemon.WaitUntilReady();
        return daemon;
    }

    /// <summary>Starts it only.</summary>
    public static Daemon Launch(params string[] options) => Launch([], options);

    /// <summary>The same as a service would: nobody is known to come, so the server behind the socket sleeps until somebody does. Ended by a signal.</summary>
    public static Daemon LaunchAlone(params string[] options)
    {
        ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        return new Daemon(scratch, Child.Start(Repository.Executable, ["run", "--socket", path, .. options]), path) { _isAlone = true };
    }

    public async Task WaitUntilReady() =>
        await Deadline.Until("the daemon answers", TryGetStatus, TimeSpan.FromSeconds(30), () => string.Join('\n', _child.Errors));

    public async Task<GetStatusResponse> Status() =>
        await Client.GetStatusAsync(new GetStatusRequest(), deadline: Deadline.In(TimeSpan.FromSeconds(10)));

    public async Task<Dictionary<string, ulong>> Counters() =>
        (await Status()).Counters.ToDictionary(counter => counter.Name, counter => counter.Value);

    /// <summary>The sockets that match now.</summary>
    public async Task<List<SocketRecord>> List(SocketFilter? filter = null, bool includeLeftOpen = false)
    {
        ListCloseWaitsRequest request = new() { Filter = filter ?? new SocketFilter(), IncludeLeftOpen = includeLeftOpen };
        using AsyncServerStreamingCall<ListCloseWaitsResponse> call =
            Client.ListCloseWaits(request, deadline: Deadline.In(TimeSpan.FromSeconds(30)));
        List<SocketRecord> sockets = [];
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
            sockets.AddRange(call.ResponseStream.Current.Sockets);
        return sockets;
    }

    /// <summary>Lists again and again until one socket is as expected.</summary>
    public async Task<SocketRecord> ListUntil(ulong cookie, string what, Func<SocketRecord, bool> condition, TimeSpan? limit = null)
    {
        SocketRecord? last = null;
        return await Deadline.Until(
            what,
            async () =>
            {
                last = (await List(includeLeftOpen: true)).Find(socket => socket.Cookie == cookie);
                return last is not null && condition(last) ? last : null;
            },
            limit,
            () => last is null ? "the socket is not listed" : "last seen: " + last);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        if (!_child.HasExited)
        {
            if (_isAlone)
                await _child.Signal("TERM");
            else
                _child.CloseInput();
            await _child.WaitForExit();
        }

        await _child.DisposeAsync();
        _scratch?.Dispose();
    }

    /// <summary>For clients that are not the generated one.</summary>
    public static GrpcChannel OpenChannel(string socketPath) =>
        GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                ConnectCallback = async (_, cancel) =>
                {
                    Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancel);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            },
        });

    private static Daemon Launch(string[] launcher, string[] options)
    {
        ScratchFolder scratch = new();
        string path = scratch.PathOf("s");
        return new Daemon(scratch, Spawn(path, options, launcher), path);
    }

    private static Child Spawn(string socketPath, string[] options, params string[] launcher)
    {
        string[] command = [.. launcher, Repository.Executable, "run", "--socket", socketPath, "--lifeline", .. options];
        return Child.Start(command[0], command[1..]);
    }

    private async Task<GetStatusResponse?> TryGetStatus()
    {
        if (_child.HasExited)
            throw new InvalidOperationException($"the daemon ended with {_child.ExitCode}: {string.Join('\n', _child.Errors)}");
        if (!File.Exists(SocketPath))
            return null;
        try
        {
            return await Status();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return null; // a machine that does something else may need more than one try
        }
    }
}
