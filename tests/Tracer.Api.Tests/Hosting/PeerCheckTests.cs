// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using CloseWait.V1;
using Grpc.Core;
using Tracer.Api.Hosting;
using Tracer.Api.Tests.Given;
using Xunit;

namespace Tracer.Api.Tests.Hosting;

public class PeerCheckTests
{
    [Fact]
    public async Task A_refused_client_is_told_so_by_every_call()
    {
        List<PeerCredentials> seen = [];
        await using ApiHost host = await ApiHost.StartAsync(objection: peer =>
        {
            seen.Add(peer);
            return "uid 501 may not use this socket: root may";
        });

        RpcException unary = await Assert.ThrowsAsync<RpcException>(
            () => host.Client.GetStatusAsync(new GetStatusRequest(), cancellationToken: Deadline.Token()).ResponseAsync);
        using var call = host.Client.WatchTransitions(new WatchTransitionsRequest(), cancellationToken: Deadline.Token());
        RpcException stream = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Deadline.Token()));

        foreach (RpcException refusal in (RpcException[])[unary, stream])
        {
            Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
            Assert.Equal("uid 501 may not use this socket: root may", refusal.Status.Detail);
        }
        Assert.Single(seen); // judged once a connection
        Assert.Equal(OwnStatus("Uid:"), seen[0].Uid);
        Assert.DoesNotContain(host.Hub.ReadBounds(), static bound => bound.Used != 0);
    }

    [Fact]
    public void Credentials_are_those_the_kernel_has()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("closewait-peer-").FullName, "s");
        using Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        using Socket accepted = listener.Accept();

        PeerCredentials peer = PeerCredentials.Read(accepted);

        Assert.Equal((OwnStatus("Uid:"), OwnStatus("Gid:")), (peer.Uid, peer.Gid));
        Assert.Equal(OwnGroups(), peer.Groups.Order());
        Assert.Equal(peer.Uid, PeerCredentials.Read(listener).Uid);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    private static uint OwnStatus(string key) => uint.Parse(StatusLine(key)[1]); // real, effective, saved, file system

    private static IEnumerable<uint> OwnGroups() => StatusLine("Groups:").Where(static word => word.Length > 0).Select(uint.Parse).Order();

    private static string[] StatusLine(string key) =>
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim().Split(['\t', ' ']);
}
