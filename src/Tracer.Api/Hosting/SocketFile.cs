// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;

namespace Tracer.Api.Hosting;

/// <summary>
/// The unix socket in the file system. It is made in a directory that only the owner can enter and moved into place when its mode
/// is right, so there is no moment at which others could connect. A lock file keeps two daemons apart.
/// </summary>
internal sealed class SocketFile : IDisposable
{
    private const int NoSuchDeviceOrAddress = 6; // ENXIO: what open() says of a socket
    private const int WouldBlock = 11; // EAGAIN: what flock() says when somebody else holds it
    private const int MaxPathBytes = 107; // sun_path without its NUL
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerAndGroup = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
    private const UnixFileMode PrivateDirectory = OwnerOnly | UnixFileMode.UserExecute;
    private const UnixFileMode PublicDirectory = PrivateDirectory
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _path;
    private readonly string _directory;
    private readonly bool _hasMadeDirectory;
    private readonly FileStream _lock;
    private bool _isInPlace;
    private bool _isDisposed;

    private SocketFile(string path)
    {
        _path = path;
        _directory = Path.GetDirectoryName(path) ?? "/";
        _hasMadeDirectory = !Directory.Exists(_directory);
        Directory.CreateDirectory(_directory, PublicDirectory);
        _lock = TakeLock(path);
    }

    public static (SocketFile File, Socket Listener) Open(string path, Action<string>? giveToGroup)
    {
        string fullPath = Path.GetFullPath(path);
        SocketFile? file = null;
        try
        {
            file = new SocketFile(fullPath);
            file.RefuseIfTaken();
            return (file, file.Listen(giveToGroup));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or TracerHostException)
        {
            file?.Dispose();
            throw exception as TracerHostException ?? new TracerHostException($"cannot listen on {fullPath}: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_isInPlace)
            File.Delete(_path);
        // Deleted while it is held: who opens it after this makes a new one.
        File.Delete(_lock.Name);
        _lock.Dispose();
        if (_hasMadeDirectory && Directory.Exists(_directory) && !Directory.EnumerateFileSystemEntries(_directory).Any())
            Directory.Delete(_directory);
    }

    private static FileStream TakeLock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
            });
        }
        catch (IOException exception) when (exception.HResult == WouldBlock)
        {
            throw InUse(path);
        }
    }

    private void RefuseIfTaken()
    {
        if (Directory.Exists(_path))
            throw new TracerHostException($"cannot listen on {_path}: it is a directory");
        if (!File.Exists(_path))
            return;
        if (!IsSocket(_path))
            throw new TracerHostException($"cannot listen on {_path}: it exists and is not a socket");
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(_path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return; // Left behind by a daemon that was killed.
        }
        throw InUse(_path);
    }

    private Socket Listen(Action<string>? giveToGroup)
    {
        // As hard to guess as RandomNumberGenerator's, which would bring OpenSSL into every daemon: 4 MB.
        string privateDirectory = Path.Combine(_directory, "." + Guid.NewGuid().ToString("N")[..8]);
        string privatePath = Path.Combine(privateDirectory, "s");
        if (System.Text.Encoding.UTF8.GetByteCount(privatePath) > MaxPathBytes)
            throw new TracerHostException($"cannot listen on {_path}: the path of its directory is too long for a unix socket");
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Directory.CreateDirectory(privateDirectory, PrivateDirectory);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(privatePath));
            giveToGroup?.Invoke(privatePath);
            File.SetUnixFileMode(privatePath, giveToGroup is null ? OwnerOnly : OwnerAndGroup);
            listener.Listen();
            // Takes the place of a stale file in one step.
            File.Move(privatePath, _path, overwrite: true);
            _isInPlace = true;
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        finally
        {
            Directory.Delete(privateDirectory, recursive: true);
        }
    }

    // Opening tells without touching: read and write, for a FIFO opened to read alone would wait for a writer.
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return false;
        }
        catch (IOException exception) when (exception.HResult == NoSuchDeviceOrAddress)
        {
            return true;
        }
    }

    private static TracerHostException InUse(string path) => new($"another daemon is serving {path}");
}
