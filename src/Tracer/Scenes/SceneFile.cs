// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.IO.Compression;
using System.Text;
using CloseWait.V1;
using Google.Protobuf;
using Tracer.Output;

namespace Tracer.Scenes;

/// <summary>Writes the items of one scene, as many as there is room for. Nothing of the scene is kept in memory.</summary>
internal sealed class SceneFile(Stream destination, long maxBytes) : IDisposable
{
    // The end of the scene, the rest of the compressor's last block and the gzip trailer.
    private const int ReservedBytes = 1024;

    private readonly GZipStream _gzip = new(destination, CompressionLevel.Optimal, leaveOpen: true);

    // What the compressor may still hold, as if it could not compress it.
    private long _pendingBytes;
    private ulong _sockets;
    private ulong _socketsOmitted;
    private ulong _othersOmitted;
    private bool _isFull;

    public ulong Sockets => _sockets;

    public ulong SocketsOmitted => _socketsOmitted;

    /// <summary>Writes an item, or counts it as omitted. The first socket or stack that is omitted is followed by no other.</summary>
    public void Write(SceneItem item)
    {
        switch (item.ItemCase)
        {
            case SceneItem.ItemOneofCase.Socket:
                _isFull = _isFull || !TryWriteLine(item);
                _sockets += _isFull ? 0u : 1;
                _socketsOmitted += _isFull ? 1u : 0;
                break;
            case SceneItem.ItemOneofCase.Stack:
                _isFull = _isFull || !TryWriteLine(item);
                break;
            default:
                _othersOmitted += TryWriteLine(item) ? 0u : 1;
                break;
        }
    }

    /// <summary>Says how much was written and omitted, and completes the file.</summary>
    public void Finish()
    {
        byte[] line = Encode(new SceneItem { End = new SceneEnd { Sockets = _sockets, SocketsOmitted = _socketsOmitted, OthersOmitted = _othersOmitted } }, out int length);
        _gzip.Write(line, 0, length);
        ArrayPool<byte>.Shared.Return(line);
        _gzip.Dispose();
    }

    public void Dispose() => _gzip.Dispose();

    private bool TryWriteLine(SceneItem item)
    {
        byte[] line = Encode(item, out int length);
        try
        {
            if (!HasRoom(length))
                return false;
            _gzip.Write(line, 0, length);
            _pendingBytes += length;
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(line);
        }
    }

    // Nearly always there is room by the crudest estimate. Where there is not, the compressor tells what it really needed.
    private bool HasRoom(int bytes)
    {
        if (destination.Position + _pendingBytes + bytes + ReservedBytes <= maxBytes)
            return true;
        if (_pendingBytes == 0)
            return false;
        _gzip.Flush();
        _pendingBytes = 0;
        return destination.Position + bytes + ReservedBytes <= maxBytes;
    }

    // Text that was cut within a character: the formatter refuses it, while the binary form repairs it as it does for clients.
    private static string Format(SceneItem item)
    {
        try
        {
            return JsonFormatter.Default.Format(item);
        }
        catch (ArgumentException)
        {
            return JsonFormatter.Default.Format(SceneItem.Parser.ParseFrom(item.ToByteArray()));
        }
    }

    private static byte[] Encode(SceneItem item, out int length)
    {
        string json = TargetText.EscapeJson(Format(item));
        byte[] line = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(json.Length) + 1);
        length = Encoding.UTF8.GetBytes(json, line);
        line[length++] = (byte)'\n';
        return line;
    }
}
