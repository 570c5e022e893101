// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tracer.Linux.Procfs;

namespace Tracer.Linux.Files;

/// <summary>A socket in the file system of an observed process.</summary>
public sealed class TargetSocket : IDisposable
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int CredentialBytes = 12;

    private readonly ProcfsRoot _root;
    private readonly SafeFileHandle _socket;

    internal TargetSocket(ProcfsRoot root, SafeFileHandle socket)
    {
        _root = root;
        _socket = socket;
    }

    /// <summary>
    /// Connects without ever waiting, and only to the process itself: whoever else listens there is none of ours to talk to. The socket does not block.
    /// Null when that is not possible now.
    /// </summary>
    public Socket? Connect(uint pid)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            // Through the open descriptor: the name cannot be exchanged in between, and no path is too long for an address.
            connection.Connect(new UnixDomainSocketEndPoint($"{_root.Path}/self/fd/{_socket.DangerousGetHandle()}"));
            var credentials = new byte[CredentialBytes];
            if (connection.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) == CredentialBytes && MemoryMarshal.Read<uint>(credentials) == pid)
                return connection;
        }
        catch (SocketException)
        {
            // Gone, refused, or its backlog is full: all the same to the caller.
        }

        connection.Dispose();
        return null;
    }

    public void Dispose() => _socket.Dispose();
}
